using System.Text;
using Swarm.Core.Nodes;

namespace Swarm.Core.Placement;

/// <summary>Numbers for kinds of nodes: those of equal labels and platform are judged once by
/// constraints on these.</summary>
internal sealed class NodeClasses
{
    private readonly Dictionary<string, int> _numbers = [];

    public int Count => _numbers.Count;

    public int Of(NodeDescription node, NodeSettings settings)
    {
        var key = new StringBuilder().Append(node.OperatingSystem).Append('\n').Append(node.Architecture);
        Add(key.Append('\n'), node.Labels);
        Add(key.Append('\n'), settings.Labels);
        var text = key.ToString();
        if (!_numbers.TryGetValue(text, out var number)) _numbers[text] = number = _numbers.Count;
        return number;
    }

    // Lengths before texts: no value can look like the end of another.
    private static void Add(StringBuilder key, IEnumerable<KeyValuePair<string, string>> labels)
    {
        foreach (var (name, value) in labels)
            key.Append(name.Length).Append(':').Append(name).Append(value.Length).Append(':').Append(value);
    }
}
