using Kedge.Runtime;
using static TorchSharp.torch;

namespace Kedge.Methods;

/// <summary>
/// softmax over all anchors (rows · Aᵀ / τ), of which only the columns of one chunk of anchors are there at a time.
/// </summary>
internal sealed class ChunkedSoftmax
{
    private readonly Tensor _rows; // [n, D]
    private readonly double _temperature;
    private readonly Tensor _denominator; // [n, 1], its logarithm

    /// <summary>The first pass: adds up the denominators. Keeps its tensors in the current dispose scope.</summary>
    /// <param name="rows">[n, D]: what is related to the anchors.</param>
    /// <param name="chunks">All anchors, in chunks [k, D].</param>
    /// <param name="temperature">τ.</param>
    public ChunkedSoftmax(Tensor rows, IEnumerable<Tensor> chunks, double temperature)
    {
        (_rows, _temperature) = (rows, temperature);
        using var scope = NewDisposeScope();
        var sum = TensorFactory.Full([rows.shape[0], 1], double.NegativeInfinity, rows.dtype);
        foreach (var chunk in chunks)
        {
            using var inner = NewDisposeScope();
            sum = logaddexp(sum, Scaled(chunk).logsumexp(1, keepdim: true)).MoveToOuterDisposeScope();
        }
        _denominator = sum.MoveToOuterDisposeScope();
    }

    /// <summary>The second pass: the columns of one of the chunks, [n, k]; over all chunks the rows sum to 1.</summary>
    public Tensor Columns(Tensor chunk) => (Scaled(chunk) - _denominator).exp();

    private Tensor Scaled(Tensor chunk) => _rows.matmul(chunk.t()).Div(_temperature);
}
