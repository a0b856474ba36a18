import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.utils.Utils;

/**
 * What Kafka's own Java client sees of a topic: for every committed record the partition that it lies in, the partition that Java
 * computes for its key (-1 for a record without a key, which may lie anywhere), and the key in base64, separated by spaces.
 */
public final class PartitionView {
  public static void main(String[] arguments) {
    Map<String, Object> settings = Map.of(
        "bootstrap.servers", arguments[0],
        "isolation.level", "read_committed",
        "key.deserializer", ByteArrayDeserializer.class,
        "value.deserializer", ByteArrayDeserializer.class);
    try (KafkaConsumer<byte[], byte[]> consumer = new KafkaConsumer<>(settings)) {
      List<TopicPartition> partitions = consumer.partitionsFor(arguments[1]).stream()
          .map(partition -> new TopicPartition(partition.topic(), partition.partition()))
          .toList();
      consumer.assign(partitions);
      consumer.seekToBeginning(partitions);
      Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
      // Behind the last record there is a marker, which the position passes as well.
      while (partitions.stream().anyMatch(partition -> consumer.position(partition) < ends.get(partition))) {
        for (ConsumerRecord<byte[], byte[]> record : consumer.poll(Duration.ofMillis(100))) {
          byte[] key = record.key();
          int expected = key == null ? -1 : Utils.toPositive(Utils.murmur2(key)) % partitions.size();
          String shown = key == null ? "null" : "=" + Base64.getEncoder().encodeToString(key);
          System.out.println(record.partition() + " " + expected + " " + shown);
        }
      }
    }
  }
}
