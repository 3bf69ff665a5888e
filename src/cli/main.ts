#!/usr/bin/env node
import { Command } from "commander";
import { checkCommand } from "./check.js";
import { previewCommand } from "./preview.js";
import { renderCommand } from "./render.js";

const program = new Command("offer-code")
  .description("unique discount codes in templates")
  .addCommand(previewCommand())
  .addCommand(renderCommand())
  .addCommand(checkCommand());

try {
  await program.parseAsync();
} catch (error) {
  console.error(error instanceof Error ? error.message : String(error));
  process.exitCode = 1;
}
