import { option } from '../option.ts';
import { list, oneOf, optionalText, text } from '../option.types.ts';

/** Where Postgres and Kafka come from when a command provides them itself (demo, dev, test). */
export const stackOptions = {
  stackPostgresUrl: option('CAUSEWAY_POSTGRES_URL', optionalText, {
    default: '',
    help: 'Superuser URL of a running Postgres (wal_level=logical) in which databases may be created; empty: Docker, else embedded',
    secret: true,
  }),
  stackKafkaBrokers: option('CAUSEWAY_KAFKA_BROKERS', list, {
    default: '',
    help: 'Brokers of a running Kafka in which topics may be created; empty: Docker, else embedded',
  }),
  stackProvider: option('CAUSEWAY_STACK', oneOf('auto', 'docker', 'embedded'), {
    default: 'auto',
    help: 'What provides Postgres and Kafka when no address is given',
  }),
  cacheFolder: option('CAUSEWAY_CACHE', text, {
    default: '',
    help: "Folder for Kafka's jars; empty: causeway in the user's cache folder",
  }),
};
