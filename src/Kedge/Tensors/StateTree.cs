namespace Kedge.Tensors;

/// <summary>
/// Flattens the nested dictionaries or modules of a pickle to tensors under dotted names. Values other than tensors are
/// left out.
/// </summary>
internal sealed class StateTree
{
    private const int MaxDepth = 64;

    /// <summary>
    /// Limit of visited values: shared objects let a small pickle describe a huge tree. Far above any model.
    /// </summary>
    private const int MaxNodes = 1_000_000;

    private int _nodes;
    private int _nameLengths;

    private StateTree() { }

    private Dictionary<string, TorchTensor> Tensors { get; } = [];

    /// <summary>All tensors below a root.</summary>
    /// <exception cref="FormatException">The root is no dictionary or module, names repeat, or the
    /// tree is too big.</exception>
    public static Dictionary<string, TorchTensor> Collect(object? root)
    {
        var tree = new StateTree();
        tree.Visit(StateOf(root) ?? throw new FormatException("it holds neither a dictionary nor a module"), "", 0);
        return tree.Tensors;
    }

    private static PickleState? StateOf(object? value) => value as PickleState ?? (value as PickleObject)?.State;

    private void Visit(PickleState state, string prefix, int depth)
    {
        if (depth > MaxDepth)
            throw new FormatException($"it nests more than {MaxDepth} dictionaries or modules");
        foreach (var (key, value) in state.Items)
        {
            if (++_nodes > MaxNodes)
                throw new FormatException($"it holds more than {MaxNodes:N0} values");
            if (key is not (string or long))
                continue;
            var name = prefix + key;
            if (name.Length > TensorLimits.MaxNameLength)
                throw new FormatException($"it holds a name of more than {TensorLimits.MaxNameLength:N0} characters");
            if (value is TorchTensor tensor)
                Add(name, tensor);
            if (StateOf(value) is { } inner)
                Visit(inner, name + '.', depth + 1);
        }
    }

    private void Add(string name, TorchTensor tensor)
    {
        if (!Tensors.TryAdd(name, tensor))
            throw new FormatException($"it holds the tensor '{name}' twice");
        _nameLengths += name.Length;
        if (Tensors.Count > TensorLimits.MaxTensors || _nameLengths > TensorLimits.MaxNames)
            throw new FormatException($"it holds more than {TensorLimits.MaxTensors:N0} tensors, or names of more than " +
                $"{TensorLimits.MaxNames:N0} characters together");
    }
}
