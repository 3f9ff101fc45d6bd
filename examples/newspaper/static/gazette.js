// The site's own script: it is neither a third party nor a tracker, so the gate leaves it alone.
const today = document.getElementById("today");
today.dateTime = new Date().toISOString().slice(0, 10);
today.textContent = new Date().toLocaleDateString("en-GB", { dateStyle: "full" });
