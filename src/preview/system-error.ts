const TEXTS: Record<string, string> = {
  EACCES: "permission denied",
  EISDIR: "it is a folder",
  EMFILE: "too many files are open",
  ENOENT: "there is no such file or folder",
  ENOTDIR: "it is not a folder",
  EPERM: "permission denied",
};

/** An error of the file system in words, without its path. */
export function systemText(error: unknown): string {
  const { code = "", message } = error as NodeJS.ErrnoException;
  return TEXTS[code] ?? message;
}
