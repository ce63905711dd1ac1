/** The variable by which a working process knows its supervisor: that one's process id. */
export const SUPERVISOR = "YOLO_COMPILE_SUPERVISOR";

/** Whether our parent is the supervisor, and not a process that was started by one. */
const isSupervised = (): boolean => process.env[SUPERVISOR] === String(process.ppid) && process.connected;

/** Tells the supervisor of a folder in which it has to clean up should this process end before it does. */
export function tellSupervisor(place: string): void {
  if (isSupervised()) process.send?.(place);
}

/** Without a supervisor nobody waits for what this process does. */
export function endWithSupervisor(): void {
  if (!isSupervised()) return;
  process.on("disconnect", () => process.exit());
  process.channel?.unref();
}
