// The composer: previews before anything is sent, a description for each photo, their order by buttons, the audience that fits.
// The server checks everything again; without this file the form is sent as it is.
const find = (selector, root = document) => root.querySelector(selector);
const all = (selector, root) => [...root.querySelectorAll(selector)];
const KINDS = /^image\/(jpeg|png|webp|avif|heic|heif)$|^$/;
const filled = (words, values) => words.replace(/\{(\w+)\}/g, (_, name) => values[name]);

class Composer {
  constructor(form) {
    this.form = form;
    this.input = find("input[type=file]", form);
    this.tiles = find("[data-tiles]", form);
    this.photos = all("[data-known]", form).map((tile) => this.known(tile)); // {file or none, tile}, as they will be shown
    find("#owner", form).addEventListener("change", () => this.fit(true));
    find("#official", form)?.addEventListener("change", () => this.fit(false));
    this.fit(false);
    this.input.addEventListener("change", () => this.add([...this.input.files]));
    const drop = this.input.closest(".drop");
    for (const name of ["dragover", "dragleave", "drop"]) {
      drop.addEventListener(name, () => drop.classList.toggle("over", name === "dragover"));
    }
    this.tiles.addEventListener("click", (event) => this.arrange(event.target));
    if (this.input.files.length) this.add([...this.input.files]);
    else this.show();
  }

  // Leaves only the audiences that the chosen place can have.
  fit(moved) {
    const place = find("#owner", this.form).selectedOptions[0];
    const audience = find("#audience", this.form);
    const official = find("#official", this.form);
    if (official) {
      const may = "official" in place.dataset;
      official.closest(".field").hidden = !may;
      if (!may) official.checked = false;
    }
    if (!place.dataset.audiences) return;
    const fitting = place.dataset.audiences.split(" ").filter((value) => !(official?.checked && value === "only_me"));
    for (const option of audience.options) option.hidden = option.disabled = !fitting.includes(option.value);
    if (audience.selectedOptions[0]?.disabled ?? true) audience.value = place.dataset.default;
    else if (moved) audience.value = place.dataset.default;
  }

  add(files) {
    const { most, bytes, many, large, foreign } = this.form.dataset;
    const staying = () => this.photos.filter(({ tile }) => !find("[name=drop]", tile)?.checked).length;
    const refused = [];
    for (const file of files) {
      if (this.photos.some((photo) => photo.file === file)) continue;
      if (!KINDS.test(file.type)) refused.push(filled(foreign, { name: file.name }));
      else if (file.size > Number(bytes)) refused.push(filled(large, { name: file.name, n: Number(bytes) / 1e6 }));
      else if (staying() >= Number(most)) refused.push(filled(many, { n: most }));
      else this.photos.push({ file, tile: this.tile(file) });
    }
    const words = find("[data-refused]", this.form);
    words.textContent = [...new Set(refused)].join(" ");
    words.hidden = !refused.length;
    this.show();
  }

  // A photo that was there before: its place is changed by buttons instead of a number.
  known(tile) {
    const place = find("[data-place-field]", tile);
    place.hidden = true;
    this.movable(tile, place);
    return { tile };
  }

  tile(file) {
    const tile = find("[data-tile]", this.form).content.firstElementChild.cloneNode(true);
    const image = find("img", tile);
    image.src = URL.createObjectURL(file);
    image.addEventListener("error", () => image.classList.add("unseen")); // HEIC: only the server can read it
    find(".file", tile).textContent = `${file.name} · ${file.size < 1e5 ? `${Math.ceil(file.size / 1000)} kB` : `${(file.size / 1e6).toFixed(1)} MB`}`;
    find("label", tile).dataset.words = find("label", tile).textContent;
    this.movable(tile, find("[data-remove]", tile));
    return tile;
  }

  movable(tile, before) {
    before.before(find("[data-arrows]", this.form).content.cloneNode(true));
    for (const each of all("[aria-label]", tile)) each.dataset.words = each.getAttribute("aria-label");
  }

  // Tiles, numbers, names, places and the file field itself follow the list.
  show() {
    const sent = new DataTransfer();
    let number = Number(this.form.dataset.carried);
    this.photos.forEach(({ file, tile }, index) => {
      const text = find("textarea", tile);
      const place = find("[data-place]", tile);
      if (file) {
        sent.items.add(file);
        text.name = text.id = `alt-${number}`;
        place.name = `place-${number}`;
        number += 1;
      }
      place.value = index + 1;
      for (const each of all("[data-words]", tile)) {
        const words = filled(each.dataset.words, { n: index + 1 });
        if (each.matches("label")) Object.assign(each, { htmlFor: text.id, textContent: words });
        else each.setAttribute("aria-label", words);
      }
      find("[data-move='-1']", tile).disabled = index === 0;
      find("[data-move='1']", tile).disabled = index === this.photos.length - 1;
    });
    this.input.files = sent.files;
    this.tiles.replaceChildren(...this.photos.map(({ tile }) => tile));
  }

  arrange(target) {
    const button = target.closest("button");
    const index = this.photos.findIndex(({ tile }) => tile.contains(button));
    if (!button || index < 0) return;
    const [photo] = this.photos.splice(index, 1);
    if (button.dataset.move) this.photos.splice(index + Number(button.dataset.move), 0, photo);
    else URL.revokeObjectURL(find("img", photo.tile).src);
    this.show();
    (button.isConnected && !button.disabled ? button : find(".tile textarea", this.form) ?? this.input).focus();
  }

  progress(loaded, total) {
    const box = find(".sending", this.form);
    const share = total ? Math.round((100 * loaded) / total) : 0;
    box.hidden = !this.input.files.length;
    find("progress", box).value = share;
    find("p", box).textContent = filled(this.form.dataset.sending, { n: share });
  }
}

let composer;
function begin() {
  const form = find("#composer");
  if (form && composer?.form !== form) composer = new Composer(form);
}
begin();
document.addEventListener("htmx:afterSettle", begin);
document.addEventListener("htmx:xhr:progress", ({ detail, target }) => {
  if (target === composer?.form && detail.lengthComputable) composer.progress(detail.loaded, detail.total);
});
for (const name of ["htmx:responseError", "htmx:sendError", "htmx:timeout"]) {
  document.addEventListener(name, ({ target }) => {
    if (target === composer?.form) find(".sending", composer.form).hidden = true;
  });
}
