"""One component a file: `XArgs` is what it takes, `X` is the resource tree it declares."""
