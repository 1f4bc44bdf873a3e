namespace Kedge.Checkpoints;

/// <summary>The nonlinearity between the two layers of a block's MLP.</summary>
internal enum Activation
{
    /// <summary>x · σ(1.702 x), of OpenAI's models.</summary>
    QuickGelu,

    /// <summary>x · Φ(x), exact, of most open_clip models.</summary>
    Gelu,
}
