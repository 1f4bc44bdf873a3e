namespace Kedge.Fuzzing;

/// <summary>The damaged inputs of a target: a function of the seed and the input's number alone.</summary>
internal sealed class Mutation(FuzzTarget target)
{
    private const int MostMutations = 6;
    private const int MostBytes = 1 << 20;

    private readonly IReadOnlyList<byte[]> _corpus = target.Corpus(), _tokens = target.Format.Tokens;
    private readonly int _name = target.Name.Aggregate(17, (hash, c) => unchecked((hash * 31) + c));

    /// <summary>The sound files.</summary>
    public IReadOnlyList<byte[]> Corpus => _corpus;

    /// <summary>A file of the corpus after one mutation, or, each half as often, two, three and so on to six.</summary>
    public byte[] Input(int seed, int number)
    {
        var draw = new Draw(seed ^ _name, number, _corpus, _tokens);
        var bytes = draw.Pick(_corpus);
        for (var i = 0; i < MostMutations; i++)
        {
            var knowing = target.Format.Structure.Count > 0 && !draw.OneIn(3);
            bytes = draw.Pick(knowing ? target.Format.Structure : Format.Bytes)(bytes, draw);
            if (bytes.Length > MostBytes || draw.OneIn(2))
                break;
        }
        return bytes;
    }
}
