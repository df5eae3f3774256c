import { defineConfig } from "vite";

/**
 * `vite build services/console` writes what the API serves to `services/console/dist`; `vite
 * services/console` serves the sources, with the API of `TRAPLINE_API` behind them.
 */
export default defineConfig({
  root: import.meta.dirname,
  build: {
    outDir: "dist",
    emptyOutDir: true,
    target: "es2023",
    // The page's policy allows no script and no picture that stands within a document.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
  },
  server: {
    proxy: { "/v1": process.env.TRAPLINE_API ?? "http://127.0.0.1:8080" },
  },
});
