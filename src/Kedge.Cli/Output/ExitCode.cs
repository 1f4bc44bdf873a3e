namespace Kedge.Cli.Output;

/// <summary>The exit codes of the process.</summary>
internal static class ExitCode
{
    public const int Done = 0;
    public const int Failed = 1;
    public const int WrongUsage = 2;

    /// <summary>Some photos were answered and others could not be read.</summary>
    public const int SomeFailed = 3;

    /// <summary>128 + SIGINT, as shells report a process ended by Ctrl-C.</summary>
    public const int Cancelled = 130;

    /// <summary>128 + SIGPIPE, as shells report a process whose reader has gone.</summary>
    public const int NoReader = 141;

    /// <summary>128 + SIGTERM, as shells report a process that was asked to end.</summary>
    public const int Terminated = 143;
}
