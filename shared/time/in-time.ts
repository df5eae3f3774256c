/**
 * Whether `work` is done within so many milliseconds; what fails is not. It is not broken off, but nobody
 * waits for it any more, and no timer stays behind that would keep the process.
 */
export async function inTime(work: Promise<unknown>, milliseconds: number): Promise<boolean> {
  const late = Promise.withResolvers<boolean>();
  const timer = setTimeout(() => late.resolve(false), milliseconds);
  try {
    return await Promise.race([work.then(() => true), late.promise]);
  } catch {
    return false;
  } finally {
    clearTimeout(timer);
  }
}
