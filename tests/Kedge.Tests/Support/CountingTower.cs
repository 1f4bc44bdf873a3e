using Kedge.Clip.Prompts;
using Kedge.Text;
using static TorchSharp.torch;

namespace Kedge.Tests.Support;

/// <summary>A text tower that counts the banks of rows that prompts were encoded with. Owns nothing.</summary>
internal sealed class CountingTower(ITextTower tower) : ITextTower
{
    public long Encoded { get; private set; }

    public int Width => tower.Width;

    public Tensor EncodeText(IReadOnlyList<string> texts) => tower.EncodeText(texts);

    public IPromptEncoder Prompts(IReadOnlyList<PromptSequence> prompts) => new Counting(this, tower.Prompts(prompts));

    public Tensor TokenEmbeddings(string words) => tower.TokenEmbeddings(words);

    public IReadOnlyList<IReadOnlyList<Neighbour>> NearestWords(Tensor tokens, int top) => tower.NearestWords(tokens, top);

    private sealed class Counting(CountingTower counter, IPromptEncoder prompts) : IPromptEncoder
    {
        public int Rows => prompts.Rows;

        public Tensor Encode(Tensor rows)
        {
            counter.Encoded += rows.shape[0];
            return prompts.Encode(rows);
        }

        public void Dispose() => prompts.Dispose();
    }
}
