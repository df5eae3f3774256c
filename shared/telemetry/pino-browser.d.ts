/** pino's build for where there is no Node; it has the same `pino`. */
declare module "pino/browser.js" {
  export { pino } from "pino";
}
