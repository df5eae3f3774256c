export const inputsFile: string;
export function programFolder(root: string, isInstalled: boolean): string;
export function findProgram(root: string, isInstalled: boolean): string;
export function isFresh(folder: string): boolean;
export function isOwn(root: string, folder: string): boolean;
