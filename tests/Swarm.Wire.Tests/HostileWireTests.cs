using System.Runtime.Serialization;
using Akka.Actor;
using Swarm.Tests;

namespace Swarm.Wire.Tests;

public sealed class HostileWireTests : IDisposable
{
    private const long Memory = 256 << 20;

    private readonly ActorSystem _system = ActorSystem.Create("hostile", WireConfiguration.Hocon);

    public void Dispose() => _system.Dispose();

    [Fact]
    public void Whatever_comes_as_a_message_it_is_read_or_refused()
    {
        foreach (var entry in WireContract.Entries.Where((_, index) => index % 5 == 0))
        {
            var samples = Enumerable.Range(0, 5).Select(seed => AnyValue.Make(entry.Type, new Random(seed))).ToList();
            var serializer = (SwarmSerializer)_system.Serialization.FindSerializerFor(samples[0]);

            Hostile.ReadBytes(
                [.. samples.Select(serializer.ToBinary)], bytes => serializer.FromBinary(bytes, entry.Manifest),
                fault => fault is SerializationException, Memory);
        }
    }
}
