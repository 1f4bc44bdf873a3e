using static TorchSharp.torch;

namespace Kedge.Clip.Prompts;

/// <summary>P prompts with learned rows, through a frozen text tower.</summary>
public interface IPromptEncoder : IDisposable
{
    /// <summary>Learned rows of a bank, M.</summary>
    int Rows { get; }

    /// <summary>
    /// Text features of every prompt with every bank of rows; differentiable in <paramref name="rows"/>.
    /// </summary>
    /// <param name="rows">
    /// [n, 1, M, W], n banks that all prompts share, or [n, P, M, W], n banks of each prompt's own; n ≥ 1. W is the
    /// width of token embeddings.
    /// </param>
    /// <returns>A new tensor [n, P, D], F32, rows of unit length, owned by the caller.</returns>
    Tensor Encode(Tensor rows);
}
