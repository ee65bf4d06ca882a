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
        foreach (var label in node.Labels
            .Where(label => !settings.Labels.ContainsKey(label.Key))
            .Concat(settings.Labels)
            .OrderBy(label => label.Key, StringComparer.Ordinal))
        {
            key.Append('\n').Append(label.Key).Append('\0').Append(label.Value);
        }

        var text = key.ToString();
        if (!_numbers.TryGetValue(text, out var number)) _numbers[text] = number = _numbers.Count;
        return number;
    }
}
