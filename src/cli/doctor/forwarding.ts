import { NoAnswer } from '@portico/hydra-tools';
import { ask, orNoAnswer, type Path } from './path.ts';

/** Nobody has it (RFC 5737). */
const invented = '192.0.2.77';

/**
 * Checks whether limits count each browser by its own address, which proxies name in X-Forwarded-For:
 * that of a proxy would make all browsers one, and one that browsers choose would make no limit.
 */
export async function checkForwarding(path: Path): Promise<void> {
  const { baseUrl, report } = path;
  const [plain, forged] = await Promise.all([
    orNoAnswer(ask(path, '/login')),
    orNoAnswer(ask(path, '/login', { headers: { 'x-forwarded-for': invented } })),
  ]);
  if (plain instanceof NoAnswer || forged instanceof NoAnswer) return;
  if (!plain.answer || !forged.answer) return;
  const { address, believed, forwarded, isTrusted, peer, port } = plain.answer.saw;
  const proxies = forwarded.length;
  if (forged.answer.saw.address === invented) {
    if (isTrusted) {
      const says = `TRUST_PROXY trusts ${address}, from where this doctor comes, so whoever is there may choose an address. Whether strangers may cannot be seen from there: run the doctor elsewhere, or name in TRUST_PROXY the proxies alone.`;
      return report.warning('proxies', says, 'TRUST_PROXY');
    }
    const mend =
      proxies > 0
        ? `set it to ${proxies}`
        : 'let the outermost proxy send X-Forwarded-For by itself, or set it to 0 where there is none';
    const says = `Every browser can choose the address that its wrong passwords count for, by sending X-Forwarded-For: TRUST_PROXY counts too many proxies, ${mend}.`;
    return report.fault('proxies', says, 'TRUST_PROXY');
  }
  if (proxies === 0 && baseUrl.isSecure) {
    const says = `The proxy in front does not send X-Forwarded-For: all browsers count as one address, ${address || peer}, and the wrong passwords of one person slow everybody down. Let it add the address of the browser.`;
    return report.fault('proxies', says, 'TRUST_PROXY');
  }
  if (proxies === 0 && baseUrl.port !== String(port)) {
    const says = `No X-Forwarded-For reaches the app, although it listens at port ${port} and not at that of BASE_URL. If a proxy is in front, all browsers count as one address, ${address || peer}: let it add the address of the browser.`;
    return report.warning('proxies', says, 'TRUST_PROXY');
  }
  if (believed < proxies) {
    const says = `All browsers count as one address, ${address || peer}, and the wrong passwords of one person slow everybody down: proxies named ${forwarded.join(', ')}, so set TRUST_PROXY to ${proxies}, or to the addresses of all proxies.`;
    return report.fault('proxies', says, 'TRUST_PROXY');
  }
  const behind = ['no proxy', 'one proxy'][proxies] ?? `${proxies} proxies`;
  report.ok('proxies', `Browsers are told apart behind ${behind}: this one is ${address}.`);
}
