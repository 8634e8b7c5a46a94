// Standard error as the target of log lines. Node writes it synchronously, so that a pipe that nobody reads holds the thread;
// here pipes are written as sockets are, files and terminals by the thread pool.
import { fstatSync, write } from 'node:fs';
import { Socket } from 'node:net';
import type { LineTarget } from './line-sink.ts';

const STDERR = 2;

/** @param descriptor of an open file, pipe, socket or terminal. Default: standard error. */
export function systemLineTarget(descriptor = STDERR): LineTarget {
  return isStream(descriptor) ? streamTarget(descriptor) : fileTarget(descriptor);
}

function isStream(descriptor: number): boolean {
  try {
    const stat = fstatSync(descriptor);
    return stat.isFIFO() || stat.isSocket();
  } catch {
    // Closed: each write fails, and is counted.
    return false;
  }
}

function streamTarget(descriptor: number): LineTarget {
  const socket = new Socket({ fd: descriptor, readable: false, writable: true });
  // The callback of each write tells.
  socket.on('error', () => {});
  socket.unref();
  return {
    write: (text, done) => {
      socket.write(text, (error) => done(error ?? undefined, 0));
    },
  };
}

function fileTarget(descriptor: number): LineTarget {
  const writeAll = (rest: Buffer, before: number, done: (error: Error | undefined, written: number) => void): void => {
    write(descriptor, rest, 0, rest.length, null, (error, bytes) => {
      if (error !== null) done(error, before);
      else if (bytes < rest.length) writeAll(rest.subarray(bytes), before + bytes, done);
      else done(undefined, before + bytes);
    });
  };
  return { write: (text, done) => writeAll(Buffer.from(text), 0, done) };
}
