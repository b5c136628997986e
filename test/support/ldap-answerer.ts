/** A server in the place of a directory: each test says what it answers, byte by byte if it likes. */
import { once } from 'node:events';
import { createServer, type AddressInfo, type Socket } from 'node:net';
import { BerReader, BerWriter } from 'ldapts';

export interface LdapQuestion {
  kind: 'bind' | 'search' | 'extended' | 'unbind';
  id: number;
  /** Of a bind. */
  dn: string;
  password: string;
  /** Of a search. */
  base: string;
  /** All of a search as text, in which the values of its filter stand as they are. */
  filter: string;
  socket: Socket;
}

/** `undefined` says nothing. */
type Respond = (question: LdapQuestion) => Buffer | undefined;

const kinds: Readonly<Record<number, LdapQuestion['kind']>> = {
  0x60: 'bind',
  0x63: 'search',
  0x77: 'extended',
  0x42: 'unbind',
};
const responses = { bind: 0x61, search: 0x65, extended: 0x78, unbind: 0 };

export interface LdapAnswerer {
  url: string;
  questions: LdapQuestion[];
  close(): Promise<void>;
}

export async function startLdapAnswerer(respond: Respond, port = 0): Promise<LdapAnswerer> {
  const questions: LdapQuestion[] = [];
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => {}).on('close', () => sockets.delete(socket));
    let waiting = Buffer.alloc(0);
    socket.on('data', (chunk) => {
      if (chunk[0] === 0x16) return; // TLS
      waiting = Buffer.concat([waiting, chunk]);
      for (;;) {
        const message = new BerReader(waiting);
        if (message.readSequence() === null || message.remain < message.length) return;
        const end = message.offset + message.length;
        const question = questionIn(message, socket);
        waiting = waiting.subarray(end);
        questions.push(question);
        const answer = respond(question);
        if (answer) socket.write(answer);
      }
    });
  });
  await once(server.listen(port, '127.0.0.1'), 'listening');
  return {
    url: `ldap://127.0.0.1:${(server.address() as AddressInfo).port}`,
    questions,
    async close() {
      for (const socket of sockets) socket.destroy();
      await once(server.close(), 'close');
    },
  };
}

function questionIn(message: BerReader, socket: Socket): LdapQuestion {
  const id = message.readInt() ?? 0;
  const kind = kinds[message.peek() ?? 0]!;
  const question = { kind, id, dn: '', password: '', base: '', filter: '', socket };
  message.readSequence();
  if (kind === 'bind') {
    message.readInt();
    question.dn = message.readString() ?? '';
    question.password = message.readString(0x80) ?? '';
  }
  if (kind === 'search') {
    question.base = message.readString() ?? '';
    question.filter = message.remainingBuffer.toString('latin1');
  }
  return question;
}

function message(id: number, tag: number, write: (writer: BerWriter) => void): Buffer {
  const writer = new BerWriter();
  writer.startSequence();
  writer.writeInt(id);
  writer.startSequence(tag);
  write(writer);
  writer.endSequence();
  writer.endSequence();
  return writer.buffer;
}

/** The end of an answer, with a result code of RFC 4511, 4.1.9. */
export function resultOf({ id, kind }: LdapQuestion, code: number, text = ''): Buffer {
  return message(id, responses[kind], (writer) => {
    writer.writeEnumeration(code);
    writer.writeString('');
    writer.writeString(text);
  });
}

/** One entry of the answer to a search. */
export function entryOf(
  { id }: LdapQuestion,
  dn: string,
  attributes: Record<string, (string | Buffer)[]>,
): Buffer {
  return message(id, 0x64, (writer) => {
    writer.writeString(dn);
    writer.startSequence();
    for (const [name, values] of Object.entries(attributes)) {
      writer.startSequence();
      writer.writeString(name);
      writer.startSequence(0x31);
      for (const value of values) {
        if (typeof value === 'string') writer.writeString(value);
        else writer.writeBuffer(value, 0x04);
      }
      writer.endSequence();
      writer.endSequence();
    }
    writer.endSequence();
  });
}

/** A reference to another directory in the answer to a search. */
export function referenceOf({ id }: LdapQuestion, url: string): Buffer {
  return message(id, 0x73, (writer) => writer.writeString(url));
}
