"""What a row is where rows are answered together: asked about now, answered by an earlier run, or a total."""

KIND, NEW, WRITTEN, TOTAL = "_kind", "new", "written", "total"
