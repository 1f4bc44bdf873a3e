namespace Kedge.Cli.Output;

/// <summary>The exit codes of the process.</summary>
internal static class ExitCode
{
    public const int Done = 0;
    public const int Failed = 1;
    public const int WrongUsage = 2;

    /// <summary>128 + SIGINT, as shells report a process ended by Ctrl-C.</summary>
    public const int Cancelled = 130;
}
