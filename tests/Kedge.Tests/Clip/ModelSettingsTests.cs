using System.Text.Json;
using Kedge.Checkpoints;
using Kedge.Clip;
using Kedge.Clip.Towers;
using Kedge.Tests.Support;
using Kedge.Text;
using static TorchSharp.torch;

namespace Kedge.Tests.Clip;

/// <summary>What a model takes from where: files of all forms, the user, or nothing.</summary>
public sealed class ModelSettingsTests : IDisposable
{
    private const string Towers =
        "\"vision_cfg\":{\"image_size\":16,\"layers\":1,\"width\":128,\"head_width\":32,\"patch_size\":8}," +
        "\"text_cfg\":{\"context_length\":9,\"width\":64,\"heads\":2,\"layers\":1}";

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Of_weights_alone_all_that_shapes_do_not_show_is_assumed()
    {
        using var clip = Load(TinyClip.OpenAI());
        Assert.Equal((Activation.QuickGelu, 2, 1), Architecture(clip));
        Assert.Equal("nothing states the activation (QuickGelu), image heads (2), text heads (1), mean, std, interpolation of the model " +
            "'model', so that they are assumed as in OpenAI's models: put its configuration beside the weights, " +
            "or state --activation and --heads.", clip.Source.Assumed);
    }

    [Fact]
    public void What_the_user_states_is_not_assumed()
    {
        using var clip = Load(TinyClip.OpenAI(), new(Activation.Gelu, new(Vision: 4, Text: 2)));
        Assert.Equal((Activation.Gelu, 4, 2), Architecture(clip));
        Assert.Equal("nothing states the mean, std, interpolation of the model 'model', so that they are assumed as in OpenAI's models: " +
            "put its configuration beside the weights.", clip.Source.Assumed);
        using var assumed = Load(TinyClip.OpenAI());
        Assert.NotEqual(assumed.Fingerprint, clip.Fingerprint);
    }

    [Fact]
    public void OpenAIs_own_weights_are_told_by_their_buffers()
    {
        var weights = TinyClip.OpenAI();
        weights["input_resolution"] = tensor(16);
        using var clip = Load(weights);
        Assert.Null(clip.Source.Assumed);
    }

    [Theory]
    [InlineData("{\"model_cfg\":{\"embed_dim\":48,\"quick_gelu\":true," + Towers + "},\"preprocess_cfg\":{}}", null)]
    [InlineData("{\"embed_dim\":48,\"quick_gelu\":true," + Towers + ",\"preprocess_cfg\":{}}", null)]
    [InlineData("{\"embed_dim\":48,\"quick_gelu\":true," + Towers + "}", "mean")]
    public void Both_forms_of_an_open_clip_configuration_are_read(string config, string? assumed)
    {
        _folder.Write("model/open_clip_config.json", config);
        using var clip = Load(TinyClip.OpenAI());
        Assert.Equal((Activation.QuickGelu, 4, 2), Architecture(clip));
        Assert.Equal(assumed, clip.Source.Settings.FirstOrDefault(setting => setting.Source is null)?.Name);
        Assert.Equal("open_clip_config.json", clip.Source.Settings[0].Source);
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("{\"model_cfg\":{}}")]
    [InlineData("{\"model_cfg\":null}")]
    [InlineData("{\"model_cfg\":3}")]
    [InlineData("{\"model_cfg\":{\"vision_cfg\":[],\"text_cfg\":{}}}")]
    [InlineData("{\"architectures\":[\"CLIPModel\"],\"model_type\":\"clip\"}")]
    public void What_is_no_open_clip_configuration_is_refused(string config)
    {
        var path = _folder.Write("model/open_clip_config.json", config);
        Assert.Equal($"'{path}' is no configuration of open_clip: it has no vision_cfg and text_cfg, in a model_cfg or alone; " +
            "get the file again, or remove it and state --activation and --heads.", Error(TinyClip.OpenAI()));
    }

    [Theory]
    [InlineData("\"width\":128", "\"width\":768", "vision_cfg.width is 768 there, and 128 in the weights")]
    [InlineData("\"image_size\":16", "\"image_size\":224", "vision_cfg.image_size is 224 there, and 16 in the weights")]
    [InlineData("\"layers\":1,\"width\":128", "\"width\":128", "vision_cfg.layers is 12 there, and 1 in the weights")]
    [InlineData("\"embed_dim\":48", "\"embed_dim\":512", "embed_dim is 512 there, and 48 in the weights")]
    public void An_open_clip_configuration_of_another_model_is_refused(string part, string other, string expected)
    {
        var config = ("{\"embed_dim\":48," + Towers + "}").Replace(part, other, StringComparison.Ordinal);
        var path = _folder.Write("model/open_clip_config.json", config);
        Assert.Equal($"'{path}' is of another model than '{_folder["model/model.safetensors"]}': {expected}; " +
            "put the model's own file beside them.", Error(TinyClip.OpenAI()));
    }

    [Theory]
    [InlineData("\"num_attention_heads\":4", "\"num_attention_heads\":12",
        "Reading a CLIP found 12 attention heads for a tower of width 128: give a divisor of the width (--heads, --text-heads), " +
            "or the model's own configuration.")]
    [InlineData("\"hidden_size\":128,", "", "vision_config.hidden_size is 768 there, and 128 in the weights")]
    [InlineData("\"projection_dim\":48", "\"projection_dim\":512", "projection_dim is 512 there, and 48 in the weights")]
    public void A_hugging_face_configuration_of_another_model_is_refused(string part, string other, string expected)
    {
        _folder.Write("model/config.json", TinyClip.HuggingFaceConfig.Replace(part, other, StringComparison.Ordinal));
        Assert.Contains(expected, Error(TinyClip.HuggingFace()), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("preprocessor_config.json", "{0}")]
    [InlineData("processor_config.json", "{{\"processor_class\":\"CLIPProcessor\",\"image_processor\":{0}}}")]
    public void Preprocessing_is_read_of_both_files_of_transformers(string file, string form)
    {
        _folder.Write("model/config.json", TinyClip.HuggingFaceConfig);
        _folder.Write($"model/{file}", string.Format(form, """
            {"crop_size":{"height":16,"width":16},"do_center_crop":true,"image_mean":[0.5,0.5,0.5],"image_std":[0.5,0.5,0.5],"resample":2,
            "size":{"shortest_edge":16}}
            """));
        using var clip = Load(TinyClip.HuggingFace());
        Assert.Equal((new(0.5f, 0.5f, 0.5f), new(0.5f, 0.5f, 0.5f)), (clip.Preprocessing.Mean, clip.Preprocessing.Std));
        Assert.Equal(Kedge.Imaging.ResampleKernel.Bilinear, clip.Preprocessing.Kernel);
        Assert.Null(clip.Source.Assumed);
        Assert.Equal(["config.json", file, "the weights"], clip.Source.Settings.Select(setting => setting.Source).Distinct());
    }

    [Theory]
    [InlineData("{\"image_processor\":{\"do_center_crop\":false}}", "states image_processor.do_center_crop = false")]
    [InlineData("{\"image_processor\":{\"image_std\":[0.5,0,0.5]}}", "states image_processor.image_std = [0.5, 0, 0.5]")]
    [InlineData("{\"image_processor\":{\"image_mean\":[1e99,0,0]}}", "states image_processor.image_mean = numbers beyond single precision")]
    [InlineData("{\"image_processor\":{\"size\":{\"height\":16,\"width\":16}}}", "states image_processor.size = {…}")]
    [InlineData("{\"image_processor\":{\"resample\":\"3\"}}", "states image_processor.resample = \"3\" where a whole number is expected")]
    public void A_processor_that_does_otherwise_is_refused(string config, string expected)
    {
        _folder.Write("model/config.json", TinyClip.HuggingFaceConfig);
        _folder.Write("model/processor_config.json", config);
        Assert.Contains(expected, Error(TinyClip.HuggingFace()), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("{\"processor_class\":\"CLIPProcessor\",\"image_processor\":null}")]
    public void A_folder_without_preprocessing_has_that_of_OpenAI_and_says_so(string? processor)
    {
        _folder.Write("model/config.json", TinyClip.HuggingFaceConfig);
        if (processor is not null)
            _folder.Write("model/processor_config.json", processor);
        using var clip = Load(TinyClip.HuggingFace());
        Assert.StartsWith("nothing states the mean, std, interpolation of ", clip.Source.Assumed);
    }

    [Fact]
    public void An_added_token_uses_its_row_of_the_table()
    {
        using var scope = NewDisposeScope();
        WriteTokenizer();
        using var clip = Load(TinyClip.OpenAI(TinyClip.Tokens + 1));
        Assert.Equal([TinyClip.Tokens], clip.Tokenizer.TokensOf("<my-cat>"));
        var tables = clip.TokenEmbeddings("<my-cat>");
        Assert.True(tables[0].Equals(clip.Network.token_embedding.weight![TinyClip.Tokens]));
    }

    [Fact]
    public void An_added_token_without_a_row_is_refused()
    {
        WriteTokenizer();
        Assert.Equal($"The tokenizer of '{_folder["model"]}' has the token '<my-cat>' as 49408, and the model's table of tokens has " +
            "49,408 rows: take the tokenizer and the weights of one model.", Error(TinyClip.OpenAI()));
    }

    [Fact]
    public void A_special_token_that_is_only_named_without_a_row_is_refused()
    {
        WriteTokenizer();
        _folder.Write("model/special_tokens_map.json", "{\"pad_token\":\"[PAD]\"}");
        Assert.Equal($"The tokenizer of '{_folder["model"]}' has the token '[PAD]' as 49409, and the model's table of tokens has " +
            "49,409 rows: take the tokenizer and the weights of one model.", Error(TinyClip.OpenAI(TinyClip.Tokens + 1)));
    }

    [Fact]
    public void Models_that_Kedge_brings_assume_nothing()
    {
        using var clip = ClipModel.Load(EmbeddedModels.Mini);
        Assert.Null(clip.Source.Assumed);
    }

    private void WriteTokenizer()
    {
        var table = BytePairVocabulary.ReadEmbedded();
        _folder.Write("model/tokenizer.json", JsonSerializer.Serialize(new
        {
            added_tokens = new[] { new { id = TinyClip.Tokens, content = "<my-cat>" } },
            model = new
            {
                type = "BPE",
                end_of_word_suffix = "</w>",
                vocab = table.Tokens.Select((token, id) => (token, id)).ToDictionary(pair => pair.token, pair => pair.id),
                merges = table.Merges.Select(pair => $"{pair.Left} {pair.Right}"),
            },
        }));
    }

    private static (Activation, int, int) Architecture(ClipModel clip) => (clip.Configuration.Text.Transformer.Activation,
        ((VisionTransformerConfiguration)clip.Configuration.Vision).Transformer.Heads, clip.Configuration.Text.Transformer.Heads);

    private ClipModel Load(Dictionary<string, Tensor> weights, StatedArchitecture stated = default) =>
        ClipModel.Load(TinyClip.Save(weights, _folder), device: null, stated);

    private string Error(Dictionary<string, Tensor> weights) => Assert.Throws<KedgeException>(() => Load(weights)).Message;
}
