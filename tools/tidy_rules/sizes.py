"""Sizes: lines per file and function, parameters. Limits fail; the 95th percentiles are reported."""
from .source import CPP, SCRIPT, Breach

FILE_LINES = 800
FUNCTION_LINES = 70
PARAMETERS = 6


def measured(tree):
    """Our code: C++ everywhere, scripts everywhere, programs without a suffix that start with #!."""
    return [f for f in tree.ours() if f.suffix in CPP | SCRIPT or f.text.startswith("#!")]


def file_size(tree):
    for f in measured(tree):
        n = len(f.lines)
        if n > FILE_LINES:
            yield Breach(f.path, 1, "file-size", f"{n} lines, at most {FILE_LINES}", "split it by what it knows")


def function_size(tree):
    for f in measured(tree):
        for x in f.functions:
            if x.lines > FUNCTION_LINES:
                yield Breach(f.path, x.line, "function-size", f"{x.name} has {x.lines} lines, at most {FUNCTION_LINES}",
                             "give a step of it a name of its own")


def parameters(tree):
    for f in measured(tree):
        for x in f.functions:
            if x.parameters > PARAMETERS:
                yield Breach(f.path, x.line, "parameters", f"{x.name} takes {x.parameters}, at most {PARAMETERS}",
                             "group what belongs together in a struct")


def percentile(values, share):
    values = sorted(values)
    return values[min(len(values) - 1, int(share * len(values)))] if values else 0


def report(tree):
    files = [len(f.lines) for f in tree.cpp()]
    functions = [x for f in tree.cpp() for x in f.functions]
    lines = [x.lines for x in functions]
    return (f"{len(files)} files in src: median {percentile(files, .5)} lines, 95 % under {percentile(files, .95) + 1}, "
            f"longest {max(files, default=0)}; {len(functions)} functions: 95 % under {percentile(lines, .95) + 1} lines, "
            f"longest {max(lines, default=0)}; parameters: 95 % at most "
            f"{percentile([x.parameters for x in functions], .95)}")


RULES = [file_size, function_size, parameters]
