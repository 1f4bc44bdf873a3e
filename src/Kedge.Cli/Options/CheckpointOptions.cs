using System.CommandLine;
using Kedge.Cli.Output;
using Kedge.Persistence;

namespace Kedge.Cli.Options;

/// <summary>The checkpoint file of a long fit.</summary>
internal sealed class CheckpointOptions
{
    private readonly Option<string?> _path = new("--checkpoint")
    {
        Description =
            "A file that keeps the fit while it learns: after Ctrl-C the same command goes on from it, and it is removed when done. " +
            "For rtos, which learns long; the other methods start afresh.",
        HelpName = "file",
    };

    public void AddTo(Command command) => command.Add(_path);

    /// <summary>The checkpoint; null where none is requested.</summary>
    /// <param name="parsed">The arguments.</param>
    /// <param name="output">The file that the command writes in the end.</param>
    /// <exception cref="KedgeException">It cannot be written.</exception>
    public FitCheckpoint? Open(ParseResult parsed, string output)
    {
        if (parsed.GetValue(_path) is not { } path)
            return null;
        if (string.Equals(Path.GetFullPath(path), Path.GetFullPath(output), StringComparison.OrdinalIgnoreCase))
            throw new KedgeException($"--checkpoint and --out are both '{path}': name two files, " +
                "for the checkpoint is removed in the end.");
        OutputFile.Check(path);
        return new FitCheckpoint(path);
    }

    /// <summary>What remains after a cancelled fit, for a message; null where there is no checkpoint.</summary>
    public string? Kept(ParseResult parsed) => parsed.GetValue(_path) is { } path && new FitCheckpoint(path).Exists
        ? $"the fit is kept in '{path}' and the same command goes on from it; no classifier was written."
        : null;
}
