// Only `guidance serve` puts this into pages: it loads them again when they were printed anew.
let first;
const ask = async () => {
  try {
    const now = await (await fetch("/-again", { cache: "no-store" })).text();
    if (now !== (first ??= now)) location.reload();
  } catch { /* the server was ended */ }
  setTimeout(ask, 400);
};
ask();
