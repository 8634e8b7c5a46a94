// Loaded before the agent of the case `conform`: changes one source of it as the variable BROKEN_DEVICE says, in memory. A text
// that is not there any more ends the process, so that no fault silently stops being one.
import { registerHooks } from 'node:module';

const { file, find, replace } = JSON.parse(process.env.BROKEN_DEVICE ?? '{}') as Record<string, string>;

registerHooks({
  load(url, context, nextLoad) {
    const loaded = nextLoad(url, context);
    if (file === undefined || !url.endsWith(`/${file}`)) return loaded;
    const source = String(loaded.source);
    if (!source.includes(find ?? '')) {
      process.stderr.write(`error FAULT_STALE: ${file} has no "${find}"\n`);
      process.exit(70);
    }
    return { ...loaded, source: source.replace(find ?? '', () => replace ?? '') };
  },
});
