using System.CommandLine;
using Kedge.Cli.Output;
using Kedge.Clip;
using Kedge.Persistence;
using Kedge.Tasks;

namespace Kedge.Cli.Options;

/// <summary>A classifier file and the model that it was fitted on.</summary>
internal sealed class ClassifierOptions
{
    private readonly ModelOptions _model = new();
    private readonly EncodingOptions _encoding = new();
    private readonly Option<string> _path;

    /// <param name="required">Whether the command needs a classifier whatever else it is given.</param>
    public ClassifierOptions(bool required = true) =>
        _path = new("--classifier") { Description = "A file that kedge fit wrote.", HelpName = "file", Required = required };

    /// <summary>The option --classifier.</summary>
    public Option Path => _path;

    /// <summary>Options without effect where a classifier is given features.</summary>
    public IEnumerable<Option> OfPhotos => [_model.Model, .. _encoding.All];

    public void AddTo(Command command)
    {
        command.Add(_path);
        _model.Model.Description =
            "The model it was fitted on, where it is no longer in its place. [default: the one that the classifier names]";
        _model.AddTo(command);
        _encoding.AddTo(command);
    }

    /// <summary>
    /// The model asked for, else the one that the classifier was fitted on; in the precision asked for, else in the
    /// classifier's where it can be had.
    /// </summary>
    /// <param name="parsed">The command line.</param>
    /// <param name="notes">Is told where the precision is not the classifier's.</param>
    public ClipModel LoadModel(ParseResult parsed, TextWriter notes)
    {
        var path = parsed.GetValue(_path)!;
        var card = ClassifierFile.ReadCard(path);
        card.RequirePhotos(path);
        if (parsed.GetValue(_model.Model) is null && card.ModelPath is { } model && !System.IO.Path.Exists(model))
            throw new KedgeException($"The classifier '{path}' was fitted on the model at '{model}', which is not there: " +
                "say where it is now (--model).");
        var auto = _model.Precision(parsed) == EncoderPrecision.Auto && card.Precision == EncoderPrecision.Float32;
        var clip = _model.Load(parsed, auto ? EncoderPrecision.Float32 : _model.Precision(parsed), card.ModelPath ?? card.Model,
            card.Stated);
        ModelOptions.WriteAssumed(clip, notes);
        if (clip.Source.Precision != card.Precision)
        {
            notes.WriteLine($"Note: the classifier '{path}' was fitted on features in {card.Precision.Name()}, and photos are encoded in " +
                $"{clip.Source.Precision.Name()}{(EncoderPrecisions.ReasonForFloat32(clip) is { } reason ? $", as {reason}" : "")}: " +
                "probabilities differ a little.");
        }
        return clip;
    }

    /// <summary>The model asked for, else the default, in float32; where there is no classifier.</summary>
    public ClipModel LoadModelAlone(ParseResult parsed, TextWriter notes)
    {
        var clip = _model.Load(parsed, EncoderPrecision.Float32, otherwise: null);
        ModelOptions.WriteAssumed(clip, notes);
        return clip;
    }

    /// <summary>The classifier's file.</summary>
    public string File(ParseResult parsed) => parsed.GetValue(_path)!;

    public ImageClassifier Load(ParseResult parsed, ClipModel clip) => ImageClassifier.Load(parsed.GetValue(_path)!, clip);

    public FeatureClassifier LoadOfFeatures(ParseResult parsed) => FeatureClassifier.Load(parsed.GetValue(_path)!, _model.Device(parsed));

    public EncodingContext Context(ParseResult parsed, Terminal terminal, ProgressLine progress) =>
        _encoding.Context(parsed, terminal, _model, progress);

    /// <summary>Whether the first photo that cannot be read ends the run.</summary>
    public bool Strict(ParseResult parsed) => _encoding.Strict(parsed);

    public string Kept(ParseResult parsed) => _encoding.Kept(parsed);
}
