import { request as httpRequest } from "node:http";
import { connect } from "node:net";
import { networkInterfaces } from "node:os";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Preview, startPreview } from "./browser.js";

let preview: Preview;

beforeAll(async () => {
  preview = await startPreview();
});

afterAll(async () => {
  await preview?.close();
});

type Answer = { status: number; body: string; headers: Record<string, unknown> };
type Asked = { method?: string; headers?: Record<string, string>; body?: string };

/** A request with exactly this path and these headers. Nothing tidies them up on the way. */
function ask(path: string, { method = "GET", headers = {}, body }: Asked = {}): Promise<Answer> {
  const { port } = new URL(preview.origin);
  return new Promise((resolve, reject) => {
    const request = httpRequest({ host: "127.0.0.1", port, path, method, headers }, async (response) => {
      let text = "";
      for await (const chunk of response) text += chunk;
      resolve({ status: response.statusCode ?? 0, body: text, headers: response.headers });
    });
    request.on("error", reject);
    request.end(body);
  });
}

const withToken = () => ({ "x-offer-code-token": preview.token, "content-type": "application/json" });
const post = (path: string, body: unknown, headers: Record<string, string> = withToken()) =>
  ask(path, { method: "POST", headers, body: JSON.stringify(body) });

describe("the preview's server", () => {
  test("listens on 127.0.0.1 and on no other address of this machine", async () => {
    const { port } = new URL(preview.origin);
    const others = Object.values(networkInterfaces())
      .flatMap((each) => each ?? [])
      .filter(({ address }) => address !== "127.0.0.1");
    for (const { address } of [...others, { address: "::1" }]) {
      expect(await canConnect(address.replace(/%.*/, ""), Number(port)), address).toBe(false);
    }
    expect(await canConnect("127.0.0.1", Number(port))).toBe(true);
  });

  test.each([
    "elsewhere.example",
    "127.0.0.1",
    "127.0.0.1.elsewhere.example",
    "[::1]",
    "0.0.0.0",
  ])("refuses the host %s", async (host) => {
    for (const path of ["/", "/api/workspace", "/frame/x"]) {
      const answer = await ask(path, { headers: { ...withToken(), host } });
      expect([path, answer.status]).toEqual([path, 403]);
    }
  });

  test.each([
    "https://elsewhere.example",
    "null",
    "http://127.0.0.1:1",
    "http://127.0.0.1.elsewhere.example",
  ])("refuses the origin %s", async (origin) => {
    expect((await post("/api/refresh", {}, { ...withToken(), origin })).status).toBe(403);
    expect((await ask("/api/workspace", { headers: { ...withToken(), origin } })).status).toBe(403);
    expect((await post("/api/refresh", {}, { ...withToken(), origin: preview.origin })).status).toBe(200);
  });

  test("refuses what a browser says another site asked for", async () => {
    expect((await ask("/", { headers: { "sec-fetch-site": "cross-site" } })).status).toBe(403);
  });

  test("answers no question without the token of this run", async () => {
    const questions: [string, string][] = [
      ["GET", "/api/workspace"],
      ["GET", "/api/events"],
      ["POST", "/api/matrix"],
      ["POST", "/api/message"],
      ["POST", "/api/report"],
      ["POST", "/api/save"],
      ["POST", "/api/refresh"],
    ];
    for (const [method, path] of questions) {
      for (const token of ["", "x", `${preview.token}x`, preview.token.slice(1)]) {
        const headers = { "content-type": "application/json", "x-offer-code-token": token };
        const { status, body } = await ask(path, { method, headers, ...(method === "POST" && { body: "{}" }) });
        expect([path, status]).toEqual([path, 401]);
        expect(body).not.toContain("Ben");
      }
    }
  });

  test.each([
    "/../../package.json",
    "/..%2f..%2fpackage.json",
    "/%2e%2e/%2e%2e/package.json",
    "/assets/../../../package.json",
    "/assets/%2e%2e%2f%2e%2e%2fpackage.json",
    "/assets/..%5c..%5cpackage.json",
    "/frame/../../preview.json",
    "/%252e%252e/package.json",
    "//etc/passwd",
    "/assets/%00",
    "/preview.json",
    "/templates/welcome.hbs",
    "file:///etc/passwd",
    "http://elsewhere.example/preview.json",
    "/%",
  ])("hands out no file for the path %s", async (path) => {
    const { status, body } = await ask(path, { headers: withToken() });
    expect([400, 403, 404]).toContain(status);
    expect(body).toMatch(/^\{"error":/);
  });

  test.each([
    "../preview",
    "../../package.json",
    "%2e%2e/package.json",
    "templates/welcome.hbs",
    "/etc/passwd",
  ])("knows templates by their ids only, not as %s", async (template) => {
    const answer = await post("/api/save", { template, part: "body", text: "owned", was: "" });
    expect(answer.status).toBe(400);
    expect(JSON.parse(answer.body).error).toContain("the id of a template in preview.json");
    expect((await post("/api/matrix", { template })).status).toBe(400);
  });

  test("does not write over a file that was changed meanwhile", async () => {
    const before = preview.read("templates/help.liquid");
    const answer = await post("/api/save", { template: "help-sms", part: "body", text: "new", was: "old" });
    expect(answer.status).toBe(409);
    expect(preview.read("templates/help.liquid")).toBe(before);
  });

  test("lets the page run its own scripts and nothing else", async () => {
    const { headers, body } = await ask("/");
    const policy = String(headers["content-security-policy"]);
    expect(policy).toContain("default-src 'none'");
    expect(policy).toContain("script-src 'self'");
    expect(policy).toContain("frame-ancestors 'none'");
    expect(policy).not.toContain("unsafe");
    expect(policy).not.toMatch(/https?:/);
    expect(body).not.toContain(preview.token);
    const nonce = /nonce-([^']+)/.exec(policy)?.[1];
    expect(body).toContain(`content="${nonce}"`);
    expect((await ask("/")).headers["content-security-policy"]).not.toBe(policy);
  });

  test("gives an email a page of its own, with a stricter policy, under an address that cannot be guessed", async () => {
    const question = { template: "welcome-email", subscriber: "sub_ben", type: "campaign" };
    const { frames } = JSON.parse((await post("/api/message", question)).body);
    expect(frames.light).toMatch(/^\/frame\/[0-9a-f]{32}$/);
    const { headers, body } = await ask(frames.light);
    expect(body).toContain("HELLO-BEN7K2");
    const policy = String(headers["content-security-policy"]);
    expect(policy).toMatch(/default-src 'none'.*img-src data:;.*form-action 'none'.*sandbox$/);
    expect(policy).not.toContain("script-src");
    expect((await ask(`/frame/${"0".repeat(32)}`)).status).toBe(404);
  });

  test("refuses a body that is too large, is no JSON, or says too much, and lives on", async () => {
    const refused = [
      await ask("/api/matrix", { method: "POST", headers: withToken(), body: "{" }),
      await ask("/api/matrix", { method: "POST", headers: { "x-offer-code-token": preview.token }, body: "{}" }),
      await post("/api/matrix", { template: "welcome-email", file: "/etc/passwd" }),
      await post("/api/matrix", { template: "welcome-email", at: "yesterday" }),
      await post("/api/matrix", { template: "x".repeat(2_000_000) }),
      await post("/api/message", { template: "welcome-email", subscriber: "nobody", type: "campaign" }),
    ];
    expect(refused.map(({ status }) => status)).toEqual([400, 400, 400, 400, 400, 400]);
    expect((await post("/api/matrix", { template: "welcome-email" })).status).toBe(200);
  });
});

function canConnect(host: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host, port, timeout: 500 });
    const end = (answer: boolean) => {
      socket.destroy();
      resolve(answer);
    };
    socket
      .once("connect", () => end(true))
      .once("error", () => end(false))
      .once("timeout", () => end(false));
  });
}
