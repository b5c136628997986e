import { NoAnswer } from '@portico/hydra-tools';
import { fillHeader } from '../../doctor/question.ts';
import { ask, byWhom, orNoAnswer, type Asked, type Path } from './path.ts';

/** In kB. A challenge has up to 32; what passes less than 8 stops usual sign-ins. */
const sizes = [32, 15, 8, 4, 2, 1];
const enoughForMost = 15;
const kB = 1024;

interface Direction {
  about: 'request_headers' | 'answer_headers';
  what: string;
  mend: string;
  send: (path: Path, bytes: number) => Promise<Asked>;
  isWhole: (asked: Asked, bytes: number) => boolean;
}

const directions: Direction[] = [
  {
    about: 'request_headers',
    what: 'A request with an address of 32 kB and a Referer as long, as a browser sends it from our page,',
    mend: 'in nginx by "large_client_header_buffers 4 64k;"',
    async send(path, bytes) {
      const place = `/login?login_challenge=${'x'.repeat(bytes)}`;
      const headers = { referer: path.baseUrl.href + place, cookie: `seen=${'x'.repeat(200)}` };
      return ask(path, place, { headers });
    },
    isWhole: ({ answer }, bytes) =>
      answer !== undefined && answer.saw.query >= bytes && answer.saw.referer >= bytes,
  },
  {
    about: 'answer_headers',
    what: 'An answer with 32 kB of headers, such as a redirect to the server,',
    mend: 'in nginx by "proxy_buffer_size 64k; proxy_buffers 8 32k;"',
    send: async (path, bytes) => ask(path, '/login', { fill: bytes }),
    isWhole: ({ answer, visit }, bytes) =>
      answer !== undefined && visit.headers[fillHeader]?.length === bytes,
  },
];

/** Checks whether headers pass that are as long as the longest challenge, both ways. */
export async function checkHeaderSizes(path: Path): Promise<void> {
  for (const direction of directions) {
    // oxlint-disable-next-line no-await-in-loop -- findings come in the same order each time
    await check(path, direction);
  }
}

async function check(path: Path, { about, what, mend, send, isWhole }: Direction): Promise<void> {
  const { report } = path;
  let failure: Asked | NoAnswer | undefined;
  for (const size of sizes) {
    // oxlint-disable-next-line no-await-in-loop -- smaller, until one passes
    const asked = await orNoAnswer(send(path, size * kB));
    if (!(asked instanceof NoAnswer) && isWhole(asked, size * kB)) {
      return failure ? tell(size) : report.ok(about, `${what} passes.`);
    }
    failure ??= asked;
    if (asked instanceof NoAnswer && asked.code === 'ETIMEDOUT') return tell(0);
  }
  return tell(0);

  function tell(passing: number): void {
    const how =
      failure instanceof NoAnswer
        ? failure.message
        : failure!.answer
          ? 'it arrives cut'
          : `status ${failure!.visit.status}${byWhom(failure!.visit)}`;
    const most = passing > 0 ? `; ${passing} kB pass` : '';
    const says = `${what} does not pass (${how}${most}): let everything in front take headers of 64 kB, ${mend}.`;
    if (passing >= enoughForMost) report.warning(about, says);
    else report.fault(about, says);
  }
}
