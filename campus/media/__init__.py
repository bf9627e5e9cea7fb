"""Photo bytes: what comes in, what it becomes, and under which key it is kept. Knows no posts, no database and no Flask.

A photo takes four steps, each in its own module:

1. `intake.accept` looks at an upload in the web process. Format and dimensions are read from the header by `headers`, in a few
   lines of our own and without decoding a pixel: a wrong type, a truncated file or a bomb is refused at once, in a sentence that
   names the file. The raw bytes wait under `variants.incoming_key`, which no route serves.
2. `process.process` develops it in the worker. The decoding itself happens in `child`, a program of its own with bounds on
   memory, time and output: what a hostile file can break is that process and nothing else.
3. `pixels.develop` is the darkroom, run by the child: decode the first frame, convert to sRGB, turn upright, copy the bare pixels
   into a new picture (so that no metadata can follow), and encode the widths of `variants` as WebP and one JPEG for old clients.
4. The caller stores each variant under `variants.variant_key` and deletes the incoming bytes. The uploaded file with its GPS
   position, camera and comments is thus gone; **the widest variant is the original we keep**.

A portrait, the square picture beside a name, is made of an upload by the same child in the same limits (`process.portray`).

`variants` also answers what a page needs to show a photo: widths for `srcset`, the height at a width, the placeholder's colour.
"""
