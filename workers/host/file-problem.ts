/** The system's common errors in words; Node and Deno word them each in their own way. */
const sentences: Readonly<Record<string, string>> = {
  ENOENT: "there is no such file or folder",
  ENOTDIR: "there is no such file or folder",
  EISDIR: "it is a folder",
  EACCES: "you do not have the right",
  EPERM: "you do not have the right",
  EROFS: "the file system is read-only",
  ETXTBSY: "another program is using it",
  ENOSPC: "the disk is full",
};

/** Why a file cannot be used, as a clause for messages. */
export function fileProblem(error: unknown): string {
  if (!(error instanceof Error)) {
    return String(error);
  }
  const code = "code" in error ? String(error.code) : "";
  return sentences[code] ?? error.message;
}
