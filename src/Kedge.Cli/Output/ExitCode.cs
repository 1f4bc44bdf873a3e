namespace Kedge.Cli.Output;

/// <summary>What the process ends with.</summary>
internal static class ExitCode
{
    public const int Done = 0;
    public const int Failed = 1;
    public const int WrongUsage = 2;

    /// <summary>As shells count a process that Ctrl-C has ended.</summary>
    public const int Cancelled = 130;
}
