import { defineConfig } from "vite";

export default defineConfig({
  root: import.meta.dirname,
  esbuild: { jsx: "automatic", jsxImportSource: "preact" },
  build: {
    outDir: "../dist/page",
    emptyOutDir: true,
    target: "es2022",
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
    // The page's content security policy does not allow `data:` styles or scripts.
    assetsInlineLimit: 0,
    chunkSizeWarningLimit: 900,
  },
  logLevel: "warn",
});
