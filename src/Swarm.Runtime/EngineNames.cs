using System.Text.RegularExpressions;

namespace Swarm.Runtime;

/// <summary>Ids and names that may become file names and host names.</summary>
internal static partial class EngineNames
{
    /// <exception cref="ContainerException">One is not well-formed.</exception>
    public static void Check(ContainerDefinition definition)
    {
        if (!Id().IsMatch(definition.Id.Value ?? ""))
        {
            throw new ContainerException(
                ContainerFault.Invalid, $"container id '{definition.Id}' is not of letters and digits");
        }

        if (!Name().IsMatch(definition.Name))
        {
            throw new ContainerException(
                ContainerFault.Invalid,
                $"container name '{definition.Name}' is not of letters, digits, dot, dash and underscore");
        }
    }

    [GeneratedRegex("^[a-zA-Z0-9]{1,64}\\z")]
    private static partial Regex Id();

    [GeneratedRegex("^[a-zA-Z0-9][a-zA-Z0-9_.-]{0,254}\\z")]
    private static partial Regex Name();
}
