import { createConnection, createServer, type AddressInfo, type Socket } from 'node:net';

/** A network in front of a server, which can swallow everything for a while. */
export async function startNetwork(host: string, port: number) {
  const sockets = new Set<Socket>();
  let isStalled = false;
  const server = createServer((near) => {
    const far = createConnection(port, host);
    const end = () => {
      near.destroy();
      far.destroy();
    };
    for (const socket of [near, far]) {
      sockets.add(socket);
      socket.on('error', () => undefined).on('close', end);
    }
    near.on('data', (data) => isStalled || far.write(data));
    far.on('data', (data) => isStalled || near.write(data));
  });
  await new Promise<void>((done) => {
    server.listen(0, '127.0.0.1', done);
  });
  return {
    port: (server.address() as AddressInfo).port,
    stall() {
      isStalled = true;
    },
    goOn() {
      isStalled = false;
    },
    close() {
      server.close();
      for (const socket of sockets) socket.destroy();
    },
  };
}
