using System.Text;
using Kedge.Checkpoints;
using Kedge.Tests.Support;
using static TorchSharp.torch;

namespace Kedge.Tests.Checkpoints;

/// <summary>
/// Damaged files may open or be refused; nothing but <see cref="KedgeException"/> may come out,
/// whatever is done with them.
/// </summary>
public sealed class CheckpointFuzzTests : IDisposable
{
    private const int Rounds = 500;

    private readonly TemporaryFolder _scratch = new();

    public void Dispose() => _scratch.Dispose();

    [Theory]
    [InlineData("safetensors")]
    [InlineData("torch zip")]
    [InlineData("index")]
    [InlineData("config.json")]
    public void A_damaged_file_is_opened_or_refused_but_never_crashes(string kind)
    {
        using var scope = NewDisposeScope();
        SmallClip.OpenAI().Save(_scratch, "shard");
        var (damaged, opened) = kind switch
        {
            "safetensors" => ("model", "model"),
            "torch zip" => ("model", "model"),
            "index" => ("index.json", "index.json"),
            _ => ("config.json", "model"),
        };
        if (kind == "config.json")
            SmallClip.HuggingFace().Save(_scratch, "model");
        var sound = kind switch
        {
            "safetensors" => File.ReadAllBytes(SmallClip.OpenAI().Save(_scratch, "model")),
            "torch zip" => TorchZip(),
            "index" => Encoding.UTF8.GetBytes("""{"weight_map":{"token_embedding.weight":"shard","text_projection":"shard"}}"""),
            _ => Encoding.UTF8.GetBytes(
                """{"vision_config":{"num_attention_heads":2,"hidden_act":"gelu"},"text_config":{"num_attention_heads":2,"hidden_act":"gelu","eos_token_id":3}}"""),
        };
        var random = new Random(1);
        for (var round = 0; round < Rounds; round++)
            Use(_scratch.Write(damaged, Damage(sound, random)), _scratch[opened], round);
    }

    private static void Use(string damaged, string opened, int round)
    {
        try
        {
            using var checkpoint = Checkpoint.Open(opened);
            _ = checkpoint.Fingerprint;
        }
        catch (Exception e) when (e is not KedgeException)
        {
            Assert.Fail($"Round {round}, '{damaged}' ({new FileInfo(damaged).Length} bytes): {e}");
        }
        catch (KedgeException)
        {
            // refused, as it may be
        }
    }

    private static byte[] Damage(byte[] sound, Random random)
    {
        var bytes = sound.ToArray();
        switch (random.Next(4))
        {
            case 0:
                return bytes[..random.Next(bytes.Length)];
            case 1:
                bytes[random.Next(bytes.Length)] ^= (byte)(1 << random.Next(8));
                return bytes;
            case 2:
                bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
                return bytes;
            default:
                var rest = bytes.AsSpan(random.Next(bytes.Length));
                random.NextBytes(rest[..Math.Min(rest.Length, random.Next(1, 9))]);
                return bytes;
        }
    }

    private static byte[] TorchZip() => Pickle.Zip(new Pickle().Code("}(")
        .Text("token_embedding.weight").Tensor("0", "FloatStorage", 8, 0, [4, 2], [2, 1])
        .Text("text_projection").Tensor("1", "HalfStorage", 6, 0, [3, 2], [1, 3])
        .Text("logit_scale").Tensor("0", "FloatStorage", 8, 7, [], [])
        .Code("u").End(), new() { ["data/0"] = new byte[32], ["data/1"] = new byte[12] });
}
