import { Coach, insert, underline } from "./coach.js";

const coach = new Coach();
const [asked, reply, verdict] = ["asked", "reply", "verdict"].map((id) => document.getElementById(id));
const context = () => ({ customer_message: asked.value, channel: "chat" });
const put = (text) => insert(reply, 0, reply.value.length, text);
const on = (id, does) => document.getElementById(id).addEventListener("click", does);

// Underlines as the typing pauses; F8 leads from one to the next, Alt+Enter takes the first replacement.
const watch = underline(reply, coach, {
  context,
  onReport: (report) => (verdict.textContent = report ? `${report.verdict}, ${report.score}` : ""),
  onAt: (item) => item && (verdict.textContent = item.told.message),
  onTrouble: (problem) => (verdict.textContent = problem.message),
});

on("next", () => watch.go());

on("better", async () => {
  const { id, text } = await coach.rewrite(reply.value, context());
  if (text === null) return;
  put(text);
  coach.feedback(id, "accepted");
});

on("idea", async () => {
  const { suggestions } = await coach.suggest(context());
  if (suggestions.length) put(suggestions[0].text);
});

// This page shows the module that runs it.
document.getElementById("source").textContent = await (await fetch(import.meta.url)).text();
