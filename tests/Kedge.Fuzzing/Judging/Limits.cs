namespace Kedge.Fuzzing.Judging;

/// <summary>What reading one input may take, and how long an error may be.</summary>
internal sealed record Limits
{
    private const long Gibibyte = 1 << 30;

    /// <summary>Processor time; unlike the clock's it does not grow when the machine is busy.</summary>
    public TimeSpan ProcessorTime { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>Bytes of managed memory that are allocated, collected ones included.</summary>
    public long AllocatedBytes { get; init; } = Gibibyte;

    /// <summary>
    /// Bytes by which the most resident memory of the process grows: a photo of the most pixels takes seven bytes each.
    /// </summary>
    public long ResidentBytes { get; init; } = 3 * Gibibyte / 2;

    /// <summary>Characters of an error.</summary>
    public int MessageLength { get; init; } = 2000;
}
