import { Query, type Client } from 'pg';

/** The part of pg's connection that COPY FROM STDIN needs. */
interface CopyConnection {
  sendCopyFromChunk(chunk: Buffer): void;
  endCopyFrom(): void;
}

/** COPY ... FROM STDIN with all of its text at once. */
class CopyIn extends Query {
  readonly #input: string;

  constructor(text: string, input: string) {
    super(text, []);
    this.#input = input;
  }

  handleCopyInResponse(connection: CopyConnection): void {
    connection.sendCopyFromChunk(Buffer.from(this.#input));
    connection.endCopyFrom();
  }
}

export function copyIn(client: Client, copy: { text: string; input: string }): Promise<void> {
  const query = new CopyIn(copy.text, copy.input);
  return new Promise((resolve, reject) => {
    query.once('end', () => resolve());
    query.once('error', reject);
    client.query(query);
  });
}
