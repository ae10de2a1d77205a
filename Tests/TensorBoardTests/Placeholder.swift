// Tests of the room come here; without a file the package can't be resolved.
