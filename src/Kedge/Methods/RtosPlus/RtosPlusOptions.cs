using Kedge.FewShot;

namespace Kedge.Methods;

/// <summary>
/// Options of <see cref="RtosPlus"/>: those of its anchors. All else is chosen on the support
/// set or fixed (docs/rtos.md).
/// </summary>
public sealed record RtosPlusOptions : MethodOptions
{
    /// <inheritdoc cref="RtosOptions.Start"/>
    public AnchorStart? Start { get; init; }

    /// <inheritdoc cref="RtosOptions.AnchorCount"/>
    public int? AnchorCount { get; init; }

    /// <inheritdoc cref="RtosOptions.Anchors"/>
    public IReadOnlyList<string>? Anchors { get; init; }

    /// <inheritdoc cref="RtosOptions.Ban"/>
    public IReadOnlyList<string>? Ban { get; init; }

    /// <inheritdoc cref="RtosOptions.Steps"/>
    public int? Steps { get; init; }

    /// <inheritdoc cref="RtosOptions.Seed"/>
    public int Seed { get; init; } = 1;

    internal RtosOptions Rtos => new()
    {
        Start = Start,
        AnchorCount = AnchorCount,
        Anchors = Anchors,
        Ban = Ban,
        Steps = Steps,
        Seed = Seed,
        BalanceClasses = BalanceClasses,
    };

    /// <inheritdoc/>
    protected internal override void Check() => Rtos.Check();
}
