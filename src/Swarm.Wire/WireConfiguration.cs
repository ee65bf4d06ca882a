using System.Globalization;
using System.Text;
using Akka.Configuration;

namespace Swarm.Wire;

/// <summary>Makes an actor system speak the wire contract, and nothing else.</summary>
public static class WireConfiguration
{
    /// <summary>To be put over Akka's own configuration, in nodes and clients alike.</summary>
    /// <remarks>Akka's own messages keep their own serializers; any other object is refused.</remarks>
    public static Config Hocon { get; } = ConfigurationFactory.ParseString(Write());

    private static string Write()
    {
        var serializer = NameOf(typeof(SwarmSerializer));
        var refusing = NameOf(typeof(RefusingSerializer));
        var text = new StringBuilder("akka.actor {\n");
        text.Append(
            CultureInfo.InvariantCulture, $"  serializers {{ swarm = \"{serializer}\", json = \"{refusing}\" }}\n");
        text.Append(
            CultureInfo.InvariantCulture,
            $"  serialization-identifiers {{ \"{serializer}\" = {SwarmSerializer.FixedIdentifier}, "
                + $"\"{refusing}\" = 1 }}\n");
        text.Append("  serialization-bindings {\n");
        foreach (var entry in WireContract.Entries)
        {
            text.Append(CultureInfo.InvariantCulture, $"    \"{NameOf(entry.Type)}\" = swarm\n");
        }

        text.Append(CultureInfo.InvariantCulture,
            $"  }}\n}}\nakka.remote.dot-netty.tcp.maximum-frame-size = {WireLimits.NodeBytes + 10_240}b\n");
        return text.ToString();
    }

    private static string NameOf(Type type) => $"{type.FullName}, {type.Assembly.GetName().Name}";
}
