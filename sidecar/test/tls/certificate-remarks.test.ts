import assert from 'node:assert/strict';
import { X509Certificate } from 'node:crypto';
import { test } from 'node:test';
import { type CertificateDates, certificateDates, certificateRemarks } from '../../src/tls/certificate-remarks.ts';
import { firstCertificate, secondCertificate } from '../fixture/certificates.ts';

const [leaf, other] = [firstCertificate, secondCertificate].map(
  ({ certificate }) => new X509Certificate(certificate),
) as [X509Certificate, X509Certificate];
const day = 86_400_000;
const dates = (validFrom: number, expiresAt: number): CertificateDates[] => [
  { name: 'CN=x', validFrom, validFromText: 'FROM', expiresAt, expiresAtText: 'UNTIL', follows: true },
];

test('A certificate that is valid for long is not remarked', () => {
  assert.deepEqual(certificateRemarks(certificateDates([leaf]), Date.UTC(2026, 0, 1)), []);
});

test('A certificate that is not valid yet, expired or soon to expire is', () => {
  const year = dates(0, 365 * day);
  assert.deepEqual(certificateRemarks(year, -1), ['the certificate CN=x is not valid before FROM: devices refuse it']);
  assert.deepEqual(certificateRemarks(year, 351 * day - 1), []);
  assert.deepEqual(certificateRemarks(year, 352 * day), ['the certificate CN=x expires in 13 days, at UNTIL']);
  assert.deepEqual(certificateRemarks(year, 365 * day - 3_600_000), [
    'the certificate CN=x expires in 1 hour, at UNTIL',
  ]);
  assert.deepEqual(certificateRemarks(year, 365 * day), ['the certificate CN=x expired at UNTIL: devices refuse it']);
});

test('The dates are told as the certificate tells them', () => {
  assert.deepEqual(certificateRemarks(certificateDates([leaf]), Date.UTC(2121, 0, 1)), [
    'the certificate CN=quietwire test one expired at Jan 1 00:00:00 2120 GMT: devices refuse it',
  ]);
});

test('A certificate that lives for days only is remarked in the last fifth of its life', () => {
  assert.deepEqual(certificateRemarks(dates(0, 5 * day), 4 * day - 1), []);
  assert.equal(certificateRemarks(dates(0, 5 * day), 4 * day + 1).length, 1);
});

test('A chain in the wrong order is remarked', () => {
  const remarks = certificateRemarks(certificateDates([leaf, other]), Date.UTC(2026, 0, 1));
  assert.deepEqual(remarks, [
    'the certificate CN=quietwire test two did not issue the one before it in the file: devices may miss a link',
  ]);
});
