using Kedge.Imaging;

namespace Kedge.Features;

/// <summary>
/// The images of an extraction that cannot be read or decoded. Where somebody is told of them they are left out, as
/// long as they are few: at most one, or under 5 %, of each group. Otherwise the first one ends the extraction.
/// </summary>
/// <param name="leftOut">Receives a sentence for each image that is left out; null: none may be left out.</param>
/// <param name="groups">The groups, such as a part's images of one class; each image in one of them.</param>
internal sealed class UnusableImages(Action<string>? leftOut, IEnumerable<IReadOnlyList<ImageFile>> groups)
{
    private const double Share = 0.05;
    private const int NamedFailures = 5;

    private readonly Dictionary<string, Group> _groups = leftOut is null ? [] : Index(groups);
    private readonly OrderedDictionary<string, KedgeException> _failures = [];
    private int _told;

    /// <summary>None may be left out.</summary>
    public static UnusableImages Refused => new(null, []);

    /// <summary>How many there are; an image that fails more than once counts once.</summary>
    public int Count => _failures.Count;

    /// <summary>Whether they are more than are left out.</summary>
    public bool TooMany { get; private set; }

    public bool Contains(ImageFile image) => _failures.ContainsKey(image.Name);

    /// <summary>Adds an image.</summary>
    /// <exception cref="KedgeException">The failure, where no image may be left out.</exception>
    public void Add(ImageFile image, KedgeException failure)
    {
        if (leftOut is null)
            throw failure;
        if (_failures.TryAdd(image.Name, failure))
            TooMany |= _groups.TryGetValue(image.Name, out var group) && group.Exceeds();
    }

    /// <summary>Tells of those that were not told of yet.</summary>
    public void Tell()
    {
        for (; _told < _failures.Count; _told++)
            leftOut!(_failures.GetAt(_told).Value.Message);
    }

    /// <summary>The error where they are too many, or where no image is left.</summary>
    /// <param name="images">How many images there were.</param>
    public KedgeException Refusal(int images)
    {
        var named = string.Join("; ", _failures.Values.Take(NamedFailures).Select(failure => failure.Message.TrimEnd('.', ' ')));
        var more = Count > NamedFailures ? $"; and {Count - NamedFailures} more" : "";
        var bound = !TooMany ? ""
            : _groups.Values.Distinct().Count() > 1 ? ", more than are left out (of a class in one part one, or under 5 %)"
            : ", more than are left out (one, or under 5 %)";
        return new($"Cannot extract features: {Count} of {images} images cannot be used{bound}; repair or remove them: {named}{more}.",
            _failures.GetAt(0).Value);
    }

    private static Dictionary<string, Group> Index(IEnumerable<IReadOnlyList<ImageFile>> groups)
    {
        var index = new Dictionary<string, Group>();
        foreach (var images in groups)
        {
            var group = new Group(images.Count);
            foreach (var image in images)
                index.TryAdd(image.Name, group);
        }
        return index;
    }

    private sealed class Group(int size)
    {
        private int _unusable;

        /// <summary>Counts one more.</summary>
        public bool Exceeds() => ++_unusable > 1 && _unusable >= Share * size;
    }
}
