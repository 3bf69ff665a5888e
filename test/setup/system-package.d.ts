export type SystemPackage = {
  readonly name: string;
  readonly commands: readonly string[];
  readonly env: string;
  readonly apt: string;
  readonly brew: string;
  /** The service that the apt package starts by itself; it is stopped after an installation. */
  readonly service?: string;
};
type Environment = Record<string, string | undefined>;

export const redis: SystemPackage;
export const chromium: SystemPackage;
export function systemPackage(description: SystemPackage): SystemPackage;
export function findPackage(wanted: SystemPackage, env?: Environment): string | undefined;
export function installPackage(wanted: SystemPackage, env?: Environment): string;
export function missingPackage(wanted: SystemPackage, env?: Environment): string;
export function installCommands(wanted: SystemPackage, env?: Environment): string[][] | undefined;
