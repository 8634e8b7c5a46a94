/**
 * What the sidecar looks at again and again while it runs: the lists of revoked devices, its certificate, its descriptors. Owns
 * when they begin and end; each knows itself what it looks for.
 */
import type { Runtime } from '@quietwire/tunnel';
import type { SidecarConfig } from './config/schema.ts';
import { DescriptorWatch } from './descriptor-watch.ts';
import type { KeyRing } from './keys/key-ring.ts';
import { RevocationWatch } from './keys/revocation-watch.ts';
import { RevokedFiles } from './keys/revoked-files.ts';
import type { Log } from './log.ts';
import { descriptorLimit, isDescriptorLeft } from './system-descriptors.ts';
import { readOffThread } from './system-state-thread.ts';
import { CertificateWatch } from './tls/certificate-watch.ts';

export interface WatchesOptions {
  readonly config: SidecarConfig;
  readonly runtime: Runtime;
  readonly wallNow: () => number;
  readonly log: Log;
  readonly keys: KeyRing;
  /** Other devices are revoked now. */
  readonly onRevoked: () => void;
}

export class Watches {
  readonly certificate: CertificateWatch;
  readonly #revocations: RevocationWatch;
  readonly #descriptors: DescriptorWatch;

  constructor({ config, runtime, wallNow, log, keys, onRevoked }: WatchesOptions) {
    const directory = config.keysDir;
    const files = new RevokedFiles(directory);
    this.#revocations = new RevocationWatch({
      runtime,
      inForce: () => keys.revoked,
      read: (inForce) =>
        files.readChanged(inForce, (wanted) => readOffThread({ read: 'revoked', directory, inForce: wanted })),
      onChange: (revoked) => {
        keys.replaceRevoked(revoked);
        onRevoked();
      },
      onFault: (fault) => log.event('REVOCATION_REFUSED', `the list in force stays: ${fault}`),
    });
    this.certificate = new CertificateWatch({
      runtime,
      wallNow,
      onRemarks: (remarks) => {
        for (const remark of remarks) log.event('CERTIFICATE_REMARK', `${config.tls.certFile}: ${remark}`);
      },
    });
    const limit = descriptorLimit();
    this.#descriptors = new DescriptorWatch({
      runtime,
      tunnels: config.limits.tunnels,
      limit: () => limit,
      isOneLeft: isDescriptorLeft,
      onTooFew: (message) => log.event('DESCRIPTORS_FEW', message),
      onNoneLeft: (message) => log.event('DESCRIPTORS_EXHAUSTED', message),
    });
  }

  close(): void {
    this.#revocations.close();
    this.certificate.close();
    this.#descriptors.close();
  }
}
