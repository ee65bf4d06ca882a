using Swarm.Images.Registry;

namespace Swarm.Images.Tests.Registries;

public sealed class AuthChallengeTests
{
    [Theory]
    [InlineData("Bearer realm=\"https://a/token\",service=\"b c\",scope=\"x:y:pull,push\"", "https://a/token", "b c")]
    [InlineData("bearer service=plain, realm=\"a\\\"b\"", "a\"b", "plain")]
    [InlineData("Bearer", "", "")]
    [InlineData("Bearer realm=\"open", "open", "")]
    public void A_challenge_is_read_with_its_parameters(string header, string realm, string service)
    {
        var challenge = AuthChallenge.Read(header)!;

        Assert.True(challenge.IsBearer);
        Assert.Equal((realm, service), (challenge["realm"], challenge["service"]));
    }

    [Fact]
    public void Tokens_go_before_passwords_and_what_is_unknown_is_passed_over()
    {
        Assert.True(AuthChallenge.Choose(["Negotiate", "Basic realm=\"x\"", "Bearer realm=\"y\""])!.IsBearer);
        Assert.True(AuthChallenge.Choose(["Negotiate", "Basic realm=\"x\""])!.IsBasic);
        Assert.Null(AuthChallenge.Choose(["Negotiate", "=", ""]));
    }

    [Theory]
    [InlineData("127.0.0.1:5000", true)]
    [InlineData("localhost:5000", true)]
    [InlineData("[::1]:5000", true)]
    [InlineData("listed.test", true)]
    [InlineData("listed.test:5000", true)]
    [InlineData("10.1.2.3:5000", true)]
    [InlineData("192.0.2.1:5000", false)]
    [InlineData("docker.io", false)]
    public void Only_loopback_and_what_is_listed_is_spoken_with_in_the_clear(string registry, bool isInsecure)
    {
        var options = new RegistryOptions { InsecureRegistries = ["listed.test", "10.0.0.0/8"] };

        var endpoints = RegistryEndpoint.Of(registry, options, withMirrors: false);

        Assert.Equal(isInsecure, endpoints.Any(endpoint => endpoint.Root.Scheme == "http"));
        Assert.Equal(registry == "docker.io" ? "registry-1.docker.io" : registry, endpoints[0].Root.Authority);
    }
}
